"""Canonical message schemas: one folder per line of business, `<message>-<version>.xsd`; never edited, only added."""
