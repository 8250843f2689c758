"""Texts that break screens, files and searches: brackets, emoji, wide scripts, right-to-left, combining marks, blanks."""

from __future__ import annotations

TEXTS = {
    "brackets": "[laughs] we were [/end] of it [[nested]] [ unclosed",
    "markup": "[bold red]not markup[/] and [link=x]neither[/link] [@click=app.quit]",
    "variables": "$text-error $primary {braces} %s %(x)s \\[escaped] &amp; <b>x</b>",
    "family": "👩‍👩‍👧 and ❤️ and 👍🏽 at work",
    "flags": "🇩🇪🇫🇷 and 🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f flags",
    "chinese and japanese": "日本語のテキストがここにあります、長い行が続く",
    "wide": "ＡＢＣ and 한국어 문장",
    "hebrew": "עברית עם English באמצע (2026)",
    "arabic": "العربية مع 123 و English",
    "combining": "e\u0301 a\u0308 o\u0327 Z\u0351\u036b\u0343 decomposed",
    "stacked": "ภาษาไทย नमस्ते க்ஷ",
    "quotes": "“she said ‘no’” \"plain\" 'single' ,;= a,b",
    "formula": "=1+2 @x -y +z",
    "joined": "soft\u00adhyphen zero\u200bwidth non\u200cjoiner",
    "long": "a very" + "long" * 40 + "word",
    "tabs": "tabs\tand  two blanks",
}


def told(text: str) -> str:
    """A text as it stands in a transcript: every run of white space is read as one space, and nothing else is altered."""
    return " ".join(text.split())


def transcript() -> str:
    """An interview in which a participant says each text in a turn of its own."""
    said = "\n\n".join(f"Mai [PM]: {text}\n\nInterviewer: And?" for text in TEXTS.values())
    return f"Interviewer: What did you do?\n\n{said}\n"
