"""The audit trail over every way in: who, from where, what; its old part taken out, and the chain whole."""

import msgspec
import pytest
from tests.contract.conftest import Store

from lockwork.client.api import Client
from lockwork.domain.audit import AuditHead, AuditLink
from lockwork.domain.errors import NotPermitted, Refused
from lockwork.messages import Listing


def links_before(client: Client, moment: int) -> tuple[AuditHead, list[AuditLink]]:
    part = client.export_audit(moment)
    start, links = part.start, list(part.links)
    while not part.is_last:
        part = client.export_audit(moment, links[-1].number)
        links += part.links
    return start, links


def end(links: list[AuditLink]) -> AuditHead:
    return AuditHead(number=links[-1].number, mac=links[-1].mac)


def test_a_pruned_trail_still_holds(store: Store, client: Client) -> None:
    """What was taken out can be checked; the rest too, and all things against their last change in either."""
    client.create_secret("old", {"k": "v"})
    client.create_secret("gone", {"k": "v"})
    client.delete_secret("gone", purge=True)
    store.clock.advance(days=10)
    moment = store.clock()
    client.create_secret("new", {"k": "v"})
    start, links = links_before(client, moment)
    assert start.number == 0
    assert links[-1].action == "secret.delete"
    head_before = client.audit_head()
    pruned = client.prune_audit(end(links))
    assert (pruned.removed, pruned.start) == (len(links), end(links))
    assert client.verify_audit().ok
    assert client.verify_audit(head_before).ok
    assert client.check_audit_links(start, links).ok
    assert client.list_audit(Listing(sort_by="asc:number")).items[0].name == "new"
    # Once more: what the first pruning carried along is carried along again.
    store.clock.advance(days=10)
    moment = store.clock()
    again, more = links_before(client, moment)
    assert again == end(links)
    client.prune_audit(end(more))
    assert client.verify_audit().ok
    assert not client.verify_audit(AuditHead(number=1, mac=links[0].mac)).ok
    client.update_secret("old", add_or_update_values={"k": "w"})
    assert client.verify_audit().ok


def test_what_was_changed_in_a_file_is_seen(store: Store, client: Client) -> None:
    """Of what was taken out nothing can be changed, left out or put elsewhere."""
    client.create_secret("old", {"k": "v"})
    start, links = links_before(client, store.clock())
    changed = [*links[:-1], msgspec.structs.replace(links[-1], user="mallory")]
    assert client.check_audit_links(start, changed).problems == (
        f"record {len(links)} was changed, or does not follow from record {len(links) - 1}",
    )
    assert not client.check_audit_links(start, links[1:]).ok
    assert not client.check_audit_links(end(links), links).ok


def test_only_what_was_kept_is_taken_out(store: Store, client: Client) -> None:
    """Pruning is by a record's own MAC: who does not have it takes nothing out, and it is done once."""
    client.create_secret("old", {"k": "v"})
    _, links = links_before(client, store.clock())
    with pytest.raises(Refused, match="as it was written to the file"):
        client.prune_audit(AuditHead(number=links[-1].number, mac="00" * 32))
    client.prune_audit(end(links))
    with pytest.raises(Refused):
        client.prune_audit(end(links))
    assert client.verify_audit().ok


def test_a_server_says_from_where(request: pytest.FixtureRequest, store: Store, client: Client) -> None:
    """On a server each record names the token, the address and the request; and can be found by them."""
    client.create_secret("db", {"k": "v"})
    client.get_secret("db").values["k"].reveal()
    (record,) = client.list_audit(Listing(filters={"action": "secret.reveal"}, sort_by="desc:number"))
    assert (record.user, record.name, record.version) == ("default", "db", 1)
    if "http" not in request.node.callspec.params["store"]:
        assert (record.token, record.address, record.request) == (None, None, None)
        return
    assert record.address == "127.0.0.1"
    assert record.token
    filters = {"token": record.token, "address": record.address, "request": record.request or ""}
    assert record in client.list_audit(Listing(filters=filters, sort_by="desc:number")).items
    with pytest.raises(NotPermitted):
        anna_of(store, client).list_audit()
    refused = client.list_audit(Listing(filters={"user": "anna"}, sort_by="desc:number")).items[0]
    assert (refused.action, refused.outcome.value) == ("audit.list", "refused")


def anna_of(store: Store, client: Client) -> Client:
    client.create_user("anna")
    return store.client("anna")
