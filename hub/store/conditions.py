"""Conditions, written so that each database finds the rows by the index that is meant for them."""

from sqlalchemy import ColumnElement, FromClause, literal_column, or_


def in_state(table: FromClause, *states: str) -> ColumnElement[bool]:
    """Written out and not bound: a partial index is used only where the database reads its own condition."""
    return or_(*(table.c.state == literal_column(f"'{state}'") for state in states))


def beside_key(column: ColumnElement[str]) -> ColumnElement[str]:
    """``column`` as no index has it, for a condition beside the key that finds the row.

    Before PostgreSQL has counted a table for the first time, every index that fits looks as good to it as the key's.
    """
    return column.concat(literal_column("''"))
