"""The store: tables, engine and migrations. Only services and delivery come here."""
