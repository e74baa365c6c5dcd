"""Tables of texts as files that spreadsheets open: CSV and XLSX, read and written row by row."""
