"""Which addresses are called: none in the clear but this machine, none that a cloud keeps secrets at."""

from __future__ import annotations

import ipaddress

import pytest

from exporters.deliveries.address import checked, refusal


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16",
        "0.0.0.0", "::", "224.0.0.1", "ff02::1",
    ],
)  # fmt: skip
def test_metadata_services_in_whatever_clothes_are_refused(address: str) -> None:
    assert refusal(ipaddress.ip_address(address), encrypted=True) is not None


@pytest.mark.parametrize("address", ["93.184.216.34", "10.1.2.3", "192.168.1.5", "127.0.0.1", "2606:2800::1"])
def test_hosts_of_the_world_and_of_ones_own_network_may_be_called(address: str) -> None:
    assert refusal(ipaddress.ip_address(address), encrypted=True) is None


@pytest.mark.parametrize(("address", "may"), [("127.0.0.1", True), ("::1", True), ("10.1.2.3", False)])
def test_only_this_machine_is_told_in_the_clear(address: str, may: bool) -> None:
    allowed = [ipaddress.ip_network("10.0.0.0/8")]

    assert (refusal(ipaddress.ip_address(address), encrypted=False, allowed=allowed) is None) == may


def test_a_link_local_network_that_the_file_allows_may_be_called() -> None:
    allowed = [ipaddress.ip_network("169.254.7.0/24")]

    assert refusal(ipaddress.ip_address("169.254.7.9"), True, allowed) is None
    assert refusal(ipaddress.ip_address("169.254.169.254"), True, allowed) is not None


@pytest.mark.parametrize(
    "url",
    ["", "app", "ftp://host/", "https:///path", "http://host/", "http://2130706433/", "http://127.0.0.1.evil.org/",
     "https://user@host/", "https://host/#x", "https://host:0/", "https://host:99999/", "http://[::2]/"],
)  # fmt: skip
def test_an_address_that_is_none_is_not_quoted(url: str) -> None:
    with pytest.raises(ValueError, match=r"^url: ") as caught:
        checked(url)

    assert not url or url not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://host/a?token=x", "http://127.0.0.1:8/", "http://localhost/", "http://[::1]/"]
)
def test_an_address_that_may_be_called_is_taken_as_it_is(url: str) -> None:
    assert checked(url) == url
