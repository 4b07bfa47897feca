"""The types of files that enterprises enclose, and how their names end."""

from collections.abc import Collection, Mapping

PDF, JPEG, PNG, TIFF = "application/pdf", "image/jpeg", "image/png", "image/tiff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAPERS = frozenset({PDF, JPEG, PNG, TIFF, XLSX, DOCX})
SUFFIXES: Mapping[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    TIFF: (".tif", ".tiff"),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
}


def endings(types: Collection[str]) -> list[str]:
    """How ``types`` are called: PDF, JPG, ..."""
    return [names[0].removeprefix(".").upper() for kind, names in SUFFIXES.items() if kind in types]
