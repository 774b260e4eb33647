"""What DAG authors write in ``inlets`` and ``outlets``: tables, files and their columns."""
