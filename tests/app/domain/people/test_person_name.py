import pytest

from app.domain.people.person_name import is_same_name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Example, Ada", "ADA EXAMPLE"),
        ("Müller, Jörg", "Muller, Jorg"),
        ("Müller, Jörg", "MUELLER, JOERG"),
        ("Mu\u0308ller, Jo\u0308rg", "Müller, Jörg"),
        ("Strauß, Anna", "Strauss, Anna"),
        ("Nowak, Łukasz", "Nowak, Lukasz"),
        ("Sørensen, Åse", "Soerensen, Aase"),
        ("Doe, Jane", "Doe, J."),
        ("Doe, Jane", "Doe, Jane Mary"),
        ("Doe, J. Mary", "Doe, Jane M."),
        ("Doe, Jane", "Doe"),
        ("O'Brien, Pat", "OBrien, Pat"),
        ("van der Berg, Jan", "Vanderberg, Jan"),
        ("Picard, Jean-Luc", "Picard, Jean Luc"),
        ("山田, 太郎", "山田太郎"),
        ("Doe, Jane", ""),
    ],
)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert is_same_name(one, other)
    assert is_same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Doe, Jane", "Doe, John"),
        ("Doe, Jane", "Smith, Jane"),
        ("Doe, Jane", "Doe, B."),
        ("Doe, Jane", "J. D."),
        ("Müller, Jörg", "Möller, Jörg"),
        ("김, 민준", "김, 서준"),
        ("山田, 太郎", "Yamada, Taro"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert not is_same_name(one, other)
    assert not is_same_name(other, one)
