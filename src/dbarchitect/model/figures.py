"""Sizes and durations as people read them: as exact as the figure is worth."""

from __future__ import annotations


def size_text(size: float) -> str:
    """Bytes: "512 kB", "1.2 GB", "41 GB"."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(size) < 1024:
            return f"{size:,.0f} {unit}" if unit == "bytes" or abs(size) >= 10 else f"{size:,.1f} {unit}"
        size /= 1024
    return f"{size:,.1f} TB"


def duration_text(seconds: float) -> str:
    """Roughly how long: "40 ms", "12 s", "3 minutes"."""
    if seconds < 1:
        return f"{max(seconds * 1000, 1):.0f} ms"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:,.1f} hours"
