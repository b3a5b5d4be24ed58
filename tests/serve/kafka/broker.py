#!/usr/bin/env python3
"""A broker of Kafka for tests: the one that librdkafka has in it, with librdkafka's own client to fill and to read it.

    broker.py

Writes the port as its first line. Reads commands as lines of JSON, and answers each with one:

    {"do": "topic", "name": "rows"}                      makes a topic of four partitions
    {"do": "add", "topic": "rows", "rows": [[partition, key, text, "none"], ..]}
    {"do": "all", "topic": "rows"}                       [[partition, offset, key, text, {header: text}], ..]

Texts are those of Latin 1, so that all bytes can be said; null is none. Ends when its input does.
"""

import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition


def bytes_of(text):
    return None if text is None else text.encode("latin-1")


def text_of(data):
    return None if data is None else data.decode("latin-1")


class Broker:
    def __init__(self):
        self.cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0})
        (broker,) = self.cluster.list_topics(timeout=30).brokers.values()
        self.port = broker.port
        self.settings = {"bootstrap.servers": f"127.0.0.1:{broker.port}", "log_level": 0}
        self.producers = {}

    def topic(self, name):
        """Asking for a topic makes it."""
        producer = self.producer("none")
        while True:
            topic = producer.list_topics(name, timeout=30).topics[name]
            if topic.error is None:
                return len(topic.partitions)

    def producer(self, compression):
        if compression not in self.producers:
            self.producers[compression] = Producer({**self.settings, "compression.type": compression, "linger.ms": 5})
        return self.producers[compression]

    def add(self, topic, rows):
        failed = []
        for partition, key, text, compression in rows:
            producer = self.producer(compression)
            while True:
                try:
                    producer.produce(
                        topic, bytes_of(text), key=bytes_of(key), partition=partition,
                        on_delivery=lambda error, _: failed.append(str(error)) if error else None,
                    )
                    break
                except BufferError:
                    producer.poll(0.05)
        for producer in self.producers.values():
            producer.flush()
        return failed

    def all(self, topic):
        """All records of a topic, up to where it ends now."""
        consumer = Consumer(
            {**self.settings, "group.id": "look", "enable.auto.commit": False, "enable.partition.eof": False}
        )
        ends = {}
        for partition in range(self.topic(topic)):
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
            if high > low:
                ends[partition] = (low, high)
        consumer.assign([TopicPartition(topic, partition, low) for partition, (low, _) in ends.items()])
        found = []
        while ends:
            for message in consumer.consume(1000, timeout=0.2):
                if message.error():
                    raise SystemExit(str(message.error()))
                partition, offset = message.partition(), message.offset()
                headers = {name: text_of(value) for name, value in message.headers() or []}
                found.append([partition, offset, text_of(message.key()), text_of(message.value()), headers])
                if partition in ends and offset + 1 >= ends[partition][1]:
                    del ends[partition]
        consumer.close()
        return sorted(found, key=lambda record: record[:2])


def main():
    broker = Broker()
    print(broker.port, flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        what = command.pop("do")
        print(json.dumps(getattr(broker, what)(**command)), flush=True)


if __name__ == "__main__":
    main()
