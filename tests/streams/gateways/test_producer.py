"""The producer against a real broker: exact counts, keys, and one-line errors."""

from __future__ import annotations

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from streams.errors import UserError, one_line
from streams.gateways.producer import VitalsProducer
from streams.gateways.pump import pump
from streams.gateways.simulator import Simulation
from streams.records import Column, Profile, VitalsPacket


def ends(broker, topic):
    consumer = KafkaConsumer(bootstrap_servers=broker)
    partitions = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic)]
    found = consumer.end_offsets(partitions)
    consumer.close()
    return found


def records(broker, begin):
    consumer = KafkaConsumer(bootstrap_servers=broker, consumer_timeout_ms=2_000)
    consumer.assign(list(begin))
    for partition, offset in begin.items():
        consumer.seek(partition, offset)
    found = list(consumer)
    consumer.close()
    return found


def test_what_is_counted_is_in_the_topic_in_order_and_by_wearer(stack):
    begin = ends(stack.broker, "vitals")
    packets = list(Simulation(seed=1, wearers=5, hours=1).packets())

    with VitalsProducer(stack.broker) as producer:
        pump(packets, producer)

    found = records(stack.broker, begin)
    assert len(found) == len(packets)
    assert producer.produced == len(packets) + 5  # and each wearer's profile
    assert {r.key for r in found} == {p.wearer.encode() for p in packets}
    for wearer in {p.wearer for p in packets}:
        own = [msgspec.json.decode(r.value, type=VitalsPacket) for r in found if r.key == wearer.encode()]
        assert own == [p.packet for p in packets if p.wearer == wearer]
        assert len({r.partition for r in found if r.key == wearer.encode()}) == 1


def test_profiles_go_to_their_own_topic(stack):
    begin = ends(stack.broker, "profiles")

    with VitalsProducer(stack.broker) as producer:
        producer.send(Profile("w", birth_year=1960))

    (record,) = records(stack.broker, begin)
    assert msgspec.json.decode(record.value, type=Profile) == Profile("w", birth_year=1960)


def test_a_packet_that_the_broker_refuses_is_told(stack):
    huge = VitalsPacket("w" * 64, "d" * 64, 0, {f"s{i}": Column(0, [1e-300] * 100_000) for i in range(31)})

    with pytest.raises(UserError, match="too large"), VitalsProducer(stack.broker) as producer:
        producer.send(huge)


def test_no_broker_is_told_in_a_line():
    with pytest.raises(Exception, match="bootstrap") as told:
        VitalsProducer("127.0.0.1:9", patience_s=0.5)

    assert "no answer from Kafka" in str(one_line(told.value))


def test_one_failure_stops_the_run(stack):
    with (
        pytest.raises(UserError, match="did not take 1 of 1 records"),
        VitalsProducer(stack.broker) as producer,
    ):
        producer.send(Profile("w"))
        producer._on_error(RuntimeError("as the broker would"))
        producer.send(Profile("w"))
