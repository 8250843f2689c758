"""The colours of the app: Textual's themes, a high-contrast theme, and eight colours for segments in each theme."""

from __future__ import annotations

from textual.theme import Theme

MARK_COLOURS = 8
"""The number of colours for segments: ``$mark-0`` to ``$mark-7``."""
_COLOURS_ON_DARK = ("#6CB6FF", "#F2A65A", "#66D19E", "#F08CC8", "#5BD0E0", "#DDD06A", "#B9A0F8", "#FF9080")
_COLOURS_ON_LIGHT = ("#0B4F94", "#8A4300", "#12602F", "#932062", "#005B6B", "#5E5200", "#5B2FA6", "#A11C16")
# The terminal's own colours, without those of low contrast on a dark or a light background.
_TERMINAL_COLOURS = (
    "ansi_blue", "ansi_yellow", "ansi_green", "ansi_magenta", "ansi_cyan", "ansi_red", "ansi_bright_blue", "ansi_bright_magenta",
)  # fmt: skip
HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#FFFFFF",
    secondary="#8CD3FF",
    accent="#FFE100",
    warning="#FFE100",
    error="#FF8A8A",
    success="#7CFC9A",
    foreground="#FFFFFF",
    background="#000000",
    surface="#000000",
    panel="#1C1C1C",
    boost="#262626",
    dark=True,
    text_alpha=1.0,
    variables={"primary-muted": "#3A3A3A", "text-muted": "#D8D8D8", "text-disabled": "#B0B0B0"},
)


_BLURRED_IN_TERMINAL = {
    "block-cursor-blurred-background": "ansi_default",
    "block-cursor-blurred-foreground": "ansi_default",
    "block-cursor-blurred-text-style": "bold underline",
}
"""The cursor row of a list without focus: the terminal's colours include no shades of the background."""


def theme_variables(theme: Theme) -> dict[str, str]:
    """Return the variables ``mark-0`` to ``mark-7``, readable on the background of ``theme``, and others it lacks."""
    colours = _TERMINAL_COLOURS if theme.ansi else _COLOURS_ON_DARK if theme.dark else _COLOURS_ON_LIGHT
    marks = {f"mark-{number}": colour for number, colour in enumerate(colours)}
    return marks | _BLURRED_IN_TERMINAL if theme.ansi else marks
