"""dbt, wherever a task calls it: what the call did, from the artifacts that dbt leaves in its target folder."""
