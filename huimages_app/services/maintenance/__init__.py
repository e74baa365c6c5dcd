"""Services for operators: integrity checks, migrations, cache synchronisation, legacy reports."""
