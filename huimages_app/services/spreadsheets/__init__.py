"""Images as rows of a spreadsheet: exported, compared with what is stored, and applied as a job."""
