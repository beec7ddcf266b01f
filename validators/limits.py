"""What a dossier may be, with the source of each number (domain.md)."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

FORBIDDEN_CONTENT_TYPES: tuple[str, ...] = (
    # As libmagic names them; measured with libmagic 5.46 and `adapters.parnassys.sniff`.
    "application/x-dosexec",
    "application/vnd.microsoft.portable-executable",
    "application/x-msi",
    "application/x-ms-shortcut",
    "application/x-executable",
    "application/x-pie-executable",
    "application/x-sharedlib",
    "application/x-object",
    "application/x-coredump",
    "application/x-mach-binary",
    "application/x-java-applet",
    "application/java-archive",
    "application/x-dex",
    "application/vnd.android.package-archive",
    "application/x-wasm",
    "application/wasm",
    "application/x-bytecode.python",
    "application/x-elc",
    "application/hta",
    "application/x-wsf",
    "application/x-mswinurl",
    "text/x-ms-regedit",
    "application/javascript",
    "text/javascript",
    "text/x-shellscript",
    "text/x-msdos-batch",
    "text/x-powershell",
    "text/x-vbscript",
    "text/x-script.python",
    "text/x-python",
    "text/x-perl",
    "text/x-ruby",
    "text/x-php",
    "text/x-lua",
    "text/x-tcl",
    "text/x-awk",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit is inclusive: exactly this much is fine."""

    bijlage_bytes: int = 5 * MEBIBYTE  # FAQ 6: 5 MB; D: 5 MiB, of decoded bytes
    bijlage_naam_characters: int = 100  # FAQ 6; D: code points after NFC
    bijlagen: int = 20  # D
    bijlagen_bytes: int = 50 * MEBIBYTE  # D: together, decoded
    forbidden_content_types: frozenset[str] = frozenset(FORBIDDEN_CONTENT_TYPES)  # D

    def __post_init__(self) -> None:
        for name in ("bijlage_bytes", "bijlage_naam_characters", "bijlagen", "bijlagen_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
