"""CERTIFICATES_AT is read as written, and what is wrong in it is named."""

from __future__ import annotations

import pytest

from dossier.errors import ConfigurationError
from gateway.certificates import Address, Place, read_addresses


@pytest.mark.parametrize("text", ["", "  "])
def test_without_the_setting_nothing_is_watched(text: str) -> None:
    assert read_addresses(text) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gateway.example:443", {Place.PARNASSYS: Address(host="gateway.example", port=443)}),
        (
            "nginx:8443, nginx:8444",
            {
                Place.PARNASSYS: Address(host="nginx", port=8443),
                Place.HELPDESK: Address(host="nginx", port=8444),
            },
        ),
        ("[2001:db8::1]:65535", {Place.PARNASSYS: Address(host="2001:db8::1", port=65535)}),
    ],
)
def test_the_first_is_the_front_of_the_schools_and_the_second_of_the_helpdesk(
    text: str, expected: dict[Place, Address]
) -> None:
    assert read_addresses(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "geheim.example",
        "geheim.example:",
        ":443",
        "geheim.example:0",
        "geheim.example:65536",
        "geheim.example:https",
        "geheim.example:-1",
        "https://geheim.example:443",
        "geheim@geheim.example:443",
        "2001:db8::1:443",
        "[]:443",
        "geheim .example:443",
        "geheim.example:443,",
        ",geheim.example:443",
        "a:1,b:2,c:3",
        "geheim.example:٤٤٣",
    ],
)
def test_what_is_no_address_is_refused_by_the_name_of_the_setting_and_without_its_value(text: str) -> None:
    with pytest.raises(ConfigurationError, match="CERTIFICATES_AT") as caught:
        read_addresses(text)

    assert "geheim" not in str(caught.value)
