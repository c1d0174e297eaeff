"""What a browser says of itself, in words."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
"""Part of a user agent → browser; the first that fits, since most claim to be those below them, too."""

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe(agent: str) -> tuple[str, str]:
    """Browser and system of a `User-Agent`; empty for what is not recognised."""
    return (
        next((name for part, name in BROWSERS if part in agent), ""),
        next((name for part, name in SYSTEMS if part in agent), ""),
    )
