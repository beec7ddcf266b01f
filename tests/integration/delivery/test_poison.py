"""What cannot be read, and what passes by. The poison of an event's own: contract/delivery."""

from __future__ import annotations

from storage.keyring import Keyring
from storage.seal import Seal


async def test_what_cannot_be_read_at_all_goes_to_the_dead_letters(world):
    async with world.storing() as connection:
        for n, body in enumerate((b"\xff\xfe", b"[]", b"{" * 5000, b"")):
            await connection.publish(world.topology.deliveries.subject, f"poison-{n}", body)
        await world.until(lambda: world.seen.count("dead") == 4)
        await world.until(lambda: world.seen.args("handled")[-1][1] == "dead")
    assert {args[2] for args in world.seen.args("dead")} == {"ONLEESBAAR"}


async def test_a_defect_that_passes_by_is_no_death(world):
    await world.accept()
    failures = iter((RuntimeError, ValueError))

    def fail_twice(*_: object) -> None:
        for kind in failures:
            raise kind("Jan Jansen")

    world.seen.on["processing"] = fail_twice
    async with world.storing(), world.relaying():
        await world.until_states(bezorgd=1)
    assert [args[2] for args in world.seen.args("failed")] == ["RuntimeError", "ValueError"]


async def test_an_unknown_key_is_waited_for_and_no_death(world):
    await world.accept()
    others = Seal(Keyring.generate())
    async with world.relaying():
        async with world.storing(seal=others):
            await world.until(lambda: world.seen.count("postponed") > 4)
        assert world.states() == {"gepubliceerd": 1}
        async with world.storing():
            await world.until_states(bezorgd=1)
    assert world.seen.count("failed") == 0


async def test_a_receipt_that_we_cannot_read_or_place_goes_to_the_dead_letters(world):
    await world.accept()
    async with world.relaying():
        other = world.connection()
        await other.start()
        await other.publish(world.topology.receipts.subject, "r1", b"nonsense")
        await world.until(lambda: world.seen.args("receipt_rejected") == [("ONLEESBAAR",)])
        await world.until(lambda: "handled" in {name for name, _ in world.seen.seen})
        await other.stop()
    assert len(await world.letters()) == 1
