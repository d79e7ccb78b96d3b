"""The rules, each beside its module in helpdesk/domain."""
