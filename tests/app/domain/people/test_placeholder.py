import pytest

from app.domain.people.placeholder import is_placeholder


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "-",
            "--",
            ".",
            "?",
            "***",
            "####",
            "0",
            "000000",
            "\uff10\uff10\uff10",
            "999999",
            "1111111",
            "-1",
            "-999",
        ),
        *("00000000-0000-0000-0000-000000000000", "123456", "0123456789", "X", "XXXX", "xx-xx", "ZZZ"),
        *(
            "Anonymous",
            "ANONYMOUS",
            "anonymised",
            "Anonymisé",
            "anonymized",
            "ANON",
            "anonym",
            "de-identified",
        ),
        *("UNKNOWN", "Unknown^Patient", "unknownpatient", "AnonymousPatient", "UNBEKANNT", "inconnu", "unk"),
        *(
            "NA",
            "N/A",
            "n.a.",
            "none",
            "NULL",
            "nil",
            "k.A.",
            "Not Available",
            "NOT KNOWN",
            "no name",
            "No ID",
        ),
        *(
            "test",
            "Test Patient",
            "TEST^TEST",
            "dummy",
            "REMOVED",
            "[redacted]",
            "Patient ID",
            "匿名",
            "неизвестно",
        ),
    ],
)
def test_entries_that_name_nobody(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text",
    [
        *("1000", "7", "11", "777", "1234", "00001", "4711", "P-1", "A12\\B77", "T-9", "AB", "B1", "ID1"),
        *(
            "ANON-0017",
            "anon17",
            "patient0001",
            "Patient 7",
            "CANARY-77",
            "SAMPLE ISIC_0012127",
            "NAEV-00001",
        ),
        *(
            "Doe, Jane",
            "Test, Tilda",
            "Li, Na",
            "Tester, Jon",
            "Example, Ada",
            "홍, 길동",
            "山田, 太郎",
            "Nan, Tom",
        ),
    ],
)
def test_numbers_names_and_pseudonyms_are_somebodys(text: str) -> None:
    assert not is_placeholder(text)
