"""Servers of streams for `streams.py`: each one is started, filled, and emptied, by clients that are not gmlc's.

A system has `url(stream)`, `add(rows)` with rows as (number, age, income, plan), `take()` that gives the numbers of rows whose scores came since
and removes those, `left()` for rows that were not acknowledged, `dead()` for rows that were set aside, and `end()`.
"""

import json
import shutil
import socket
import subprocess
import time

AT_ONCE = 2_000


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def connected(port):
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).makefile("rwb")
        except OSError:
            time.sleep(0.05)


def record(age, income, plan):
    return b'{"age": %d, "income": %d.5, "plan": "%s"}' % (age, income, plan.encode())


class Redis:
    needs = ["redis-server"]
    partitions = None

    def __init__(self, folder, kept):
        self.port, self.kept = free_port(), kept
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.file = connected(self.port)
        self.ask("XGROUP", "CREATE", "rows", "gml", "0", "MKSTREAM")

    def url(self, stream):
        return f"redis://127.0.0.1:{self.port}/{stream}"

    def send(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.file.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))

    def read(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise SystemExit(rest.decode())
        if kind in (b"+", b":"):
            return int(rest) if kind == b":" else rest
        length = int(rest)
        if kind == b"*":
            return [self.read() for _ in range(length)]
        return None if length < 0 else self.file.read(length + 2)[:-2]

    def ask(self, *words):
        self.send(*words)
        self.file.flush()
        return self.read()

    def add(self, rows):
        for number, age, income, plan in rows:
            self.send(
                "XADD", "rows", "MAXLEN", "~", self.kept, "*", "key", number, "age", age, "income", f"{income}.5", "plan", plan
            )
        self.file.flush()
        for _ in rows:
            self.read()

    def take(self):
        taken = self.ask("XRANGE", "scores", "-", "+", "COUNT", AT_ONCE)
        if taken:
            self.ask("XDEL", "scores", *[identity for identity, _ in taken])
        return [int(fields[fields.index(b"key") + 1]) for _, fields in taken]

    def left(self):
        return self.ask("XPENDING", "rows", "gml")[0]

    def dead(self):
        return self.ask("XLEN", "scores:dead")

    def end(self):
        self.process.kill()
        self.process.wait()


class Nats:
    needs = ["nats-server"]
    partitions = None

    def __init__(self, folder, kept):
        self.port = free_port()
        self.folder = folder / f"nats-{self.port}"
        command = ["nats-server", "-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.file = connected(self.port)
        self.file.readline()
        self.inboxes = 0
        hello = json.dumps({"verbose": False, "headers": True, "no_responders": True})
        self.file.write(b"CONNECT %s\r\nSUB _BENCH.* 1\r\n" % hello.encode())
        self.stream("ROWS", ["rows"], max_msgs=kept, discard="old")
        self.stream("SCORES", ["scores"])
        self.stream("DEAD", ["scores.dead"])
        look = {"durable_name": "look", "ack_policy": "none", "deliver_policy": "all", "replay_policy": "instant"}
        self.api("CONSUMER.DURABLE.CREATE.SCORES.look", {"stream_name": "SCORES", "config": look})
        self.taken = self.purged = 0

    def url(self, stream):
        return f"nats://127.0.0.1:{self.port}/{stream}"

    def receive(self):
        """Subject, head and data of the next message."""
        while True:
            line = self.file.readline()
            words = line.split()
            if words[0] == b"PING":
                self.file.write(b"PONG\r\n")
                self.file.flush()
            elif words[0] == b"-ERR":
                raise SystemExit(line.decode())
            elif words[0] in (b"MSG", b"HMSG"):
                length = int(words[-1])
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                data = self.file.read(length + 2)
                return words[1], data[:head], data[head:-2]

    def inbox(self):
        self.inboxes += 1
        return b"_BENCH.%d" % self.inboxes

    def api(self, subject, asked):
        asked, inbox = json.dumps(asked).encode(), self.inbox()
        self.file.write(b"PUB $JS.API.%s %s %d\r\n%s\r\n" % (subject.encode(), inbox, len(asked), asked))
        self.file.flush()
        while True:
            subject, _, data = self.receive()
            if subject == inbox:
                answer = json.loads(data)
                if "error" in answer:
                    raise SystemExit(str(answer))
                return answer

    def stream(self, name, subjects, **more):
        config = {
            "name": name, "subjects": subjects, "retention": "limits", "storage": "file", "num_replicas": 1,
            "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, **more,
        }
        self.api(f"STREAM.CREATE.{name}", config)

    def add(self, rows):
        for number, *row in rows:
            head, data = b"NATS/1.0\r\nkey: %d\r\n\r\n" % number, record(*row)
            lengths = (len(head), len(head) + len(data))
            self.file.write(b"HPUB rows %s %d %d\r\n%s%s\r\n" % (self.inbox(), *lengths, head, data))
        self.file.flush()
        for _ in rows:
            _, _, data = self.receive()
            if b'"seq"' not in data:
                raise SystemExit(data.decode())

    def take(self):
        asked, inbox = json.dumps({"batch": AT_ONCE, "no_wait": True}).encode(), self.inbox()
        self.file.write(b"PUB $JS.API.CONSUMER.MSG.NEXT.SCORES.look %s %d\r\n%s\r\n" % (inbox, len(asked), asked))
        self.file.flush()
        numbers = []
        while len(numbers) < AT_ONCE:
            _, head, _ = self.receive()
            if head.startswith(b"NATS/1.0 "):
                break
            place = head.index(b"\r\nkey: ") + 7
            numbers.append(int(head[place : head.index(b"\r\n", place)]))
        self.taken += len(numbers)
        if self.taken - self.purged > 100_000:
            self.api("STREAM.PURGE.SCORES", {"seq": self.taken + 1})
            self.purged = self.taken
        return numbers

    def left(self):
        told = self.api("CONSUMER.INFO.ROWS.gml", {})
        return told["num_ack_pending"] + told["num_pending"]

    def dead(self):
        return self.api("STREAM.INFO.DEAD", {})["state"]["messages"]

    def end(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Kafka:
    """The broker that librdkafka has in it for tests: one thread of this process, records in memory, the last 5 MB of each partition."""

    needs = []
    partitions = 4

    def __init__(self, _folder, _kept):
        try:
            from confluent_kafka import Consumer, Producer, TopicPartition
        except ImportError:
            raise SystemExit("this needs confluent-kafka: run it with the Python of tests/servers/requirements.txt") from None
        self.cluster = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0})
        (broker,) = self.cluster.list_topics(timeout=30).brokers.values()
        self.host = f"127.0.0.1:{broker.port}"
        settings = {"bootstrap.servers": self.host, "log_level": 0}
        self.producer = Producer({**settings, "linger.ms": 5, "compression.type": "none"})
        for name in ["rows", "scores", "scores.dead", "rows-gml-offsets"]:
            while self.producer.list_topics(name, timeout=30).topics[name].error is not None:
                pass
        self.consumer = Consumer({**settings, "group.id": "look", "enable.auto.commit": False})
        self.consumer.assign([TopicPartition("scores", partition, 0) for partition in range(self.partitions)])
        self.place, self.added = TopicPartition, [0] * self.partitions

    def url(self, stream):
        return f"kafka://{self.host}/{stream}"

    def add(self, rows):
        for number, *row in rows:
            partition = number % self.partitions
            while True:
                try:
                    self.producer.produce("rows", record(*row), key=str(number).encode(), partition=partition)
                    break
                except BufferError:
                    self.producer.poll(0.05)
            self.added[partition] += 1
        if self.producer.flush(60):
            raise SystemExit("the broker does not take rows")

    def take(self):
        numbers = []
        for message in self.consumer.consume(AT_ONCE, timeout=0.01):
            if message.error():
                raise SystemExit(str(message.error()))
            numbers.append(int(message.key()))
        return numbers

    def watermarks(self, topic, partition):
        return self.consumer.get_watermark_offsets(self.place(topic, partition), timeout=30)

    def left(self):
        """Rows behind the offsets that are kept."""
        left = 0
        for partition, added in enumerate(self.added):
            _, end = self.watermarks("rows-gml-offsets", partition)
            self.consumer.assign([self.place("rows-gml-offsets", partition, end - 1)])
            message = None
            while message is None or message.error() or message.topic() != "rows-gml-offsets":
                message = self.consumer.poll(10)
            left += added - json.loads(message.value())["offset"]
        return left

    def dead(self):
        return sum(self.watermarks("scores.dead", partition)[1] for partition in range(self.partitions))

    def end(self):
        self.consumer.close()
