"""The live board: one page of plain HTML, CSS and ES modules that the alert API serves."""
