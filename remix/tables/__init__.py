"""The study's tables, one module each: tidy frames for machines, Markdown for people."""
