"""SQL as text: its tokens, its statements, and what stands in it that is no SQL. No grammar is needed here."""
