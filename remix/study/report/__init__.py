"""Pages of the HTML report: Markdown and frames in, HTML out. Nothing here reads or writes files."""
