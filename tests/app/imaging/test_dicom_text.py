"""Letters of DICOM headers: the declared character set, and what writers do instead."""

from collections.abc import Iterator

import pytest

from app.imaging.dicom.text import HeaderText, decoded
from models.contract.photographs.failures import quiet_decoders

KANJI = b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B"
HANGUL = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf"
KATAKANA = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J"
HANZI = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab="


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Read as the image reader does."""
    with quiet_decoders():
        yield


@pytest.mark.parametrize(
    ("raw", "declared", "text"),
    [
        (b"Doe^Jane", (), "Doe^Jane"),
        (b"Buc^J\xe9r\xf4me", ("ISO_IR 100",), "Buc^Jérôme"),
        (b"\xc4iade^\xcf\xe2", ("ISO_IR 126",), "Δiade^Οβ"),
        ("Иванов^Пётр".encode("iso8859_5"), ("ISO_IR 144",), "Иванов^Пётр"),
        ("สมชาย".encode("iso8859_11"), ("ISO_IR 166",), "สมชาย"),
        ("Müller^Jörg".encode(), ("ISO_IR 192",), "Müller^Jörg"),
        ("ソ表^太郎".encode("shift_jis"), ("ISO_IR 13",), "ソ表^太郎"),
        ("髙橋^﨑".encode("cp932"), ("ISO_IR 13",), "髙橋^﨑"),
        ("王^小东".encode("gb18030"), ("GB18030",), "王^小东"),
        ("王^小东".encode("gbk"), ("GBK",), "王^小东"),
        (KANJI, ("", "ISO 2022 IR 87"), "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (KATAKANA, ("ISO 2022 IR 13", "ISO 2022 IR 87"), "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎"),
        (HANGUL, ("", "ISO 2022 IR 149"), "Hong^Gildong=洪^吉洞=홍^길동"),
        (HANZI, ("", "ISO 2022 IR 58"), "Zhang^XiaoDong=张^小东="),
        (b"M\xfcller", ("ISO-IR 100",), "Müller"),
        (b"M\xfcller", ("iso_ir_100",), "Müller"),
        ("Müller".encode(), ("utf-8",), "Müller"),
    ],
)
def test_the_declared_character_set_is_believed_when_it_fits(
    raw: bytes, declared: tuple[str, ...], text: str
) -> None:
    assert decoded(raw, declared) == HeaderText(text)


@pytest.mark.parametrize(
    ("raw", "declared", "text", "guessed"),
    [
        ("Müller".encode(), (), "Müller", "UTF-8"),
        ("Müller".encode(), ("ISO_IR 100",), "Müller", "UTF-8"),
        ("Müller".encode(), ("ISO_IR 6",), "Müller", "UTF-8"),
        ("Müller".encode(), ("GB18030",), "Müller", "UTF-8"),
        ("Иванов".encode(), ("ISO_IR 144",), "Иванов", "UTF-8"),
        ("山田^太郎".encode(), (), "山田^太郎", "UTF-8"),
        (b"M\xfcller", (), "Müller", "Latin-1"),
        (b"M\xfcller", ("ISO_IR 192",), "Müller", "Latin-1"),
        (b"M\xfcller", ("ISO_IR 999",), "Müller", "Latin-1"),
        (b"\x8aimun", ("ISO_IR 100",), "Šimun", "Latin-1"),
        (b"\xff\xfe\x81", ("ISO_IR 192",), "ÿþ\x81", "Latin-1"),
        (KANJI, (), "Yamada^Tarou=山田^太郎=やまだ^たろう", "ISO 2022"),
    ],
)
def test_letters_that_do_not_fit_what_is_declared_are_guessed_with_a_mark(
    raw: bytes, declared: tuple[str, ...], text: str, guessed: str
) -> None:
    assert decoded(raw, declared) == HeaderText(text, guessed)


@pytest.mark.parametrize("declared", [(), ("ISO_IR 100",), ("ISO_IR 192",), ("ISO_IR 13",), ("x", "y\x00")])
def test_no_byte_is_too_odd_to_be_read(declared: tuple[str, ...]) -> None:
    for first in range(256):
        decoded(bytes((first, 0xC3, first, 0x1B, first)), declared)
        decoded(bytes((first, 0x81)), declared)
