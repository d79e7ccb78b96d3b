"""Whether customers write otherwise than last week, and than the model has learnt."""
