//! What two streams must be, so that one can be scored to the other.

use gml_connect::Fault;

use super::Streams;
use super::address::{System, topic};

impl Streams {
    /// Whether rows can be scored from here to there, as far as that is seen without asking a server.
    ///
    /// # Errors
    /// GML0987 where scores would be read as rows, or an option means nothing to a system.
    pub fn check(&self) -> Result<(), Fault> {
        let Self { from, to, dead, group, partitions, most, .. } = self;
        let wrong = |what: String, help: &str| Err(Fault::new("GML0987", what).help(help));
        if from.is_beside(to) && from.stream == to.stream {
            return wrong(
                format!("{from} is the same stream for rows and for scores"),
                "name another stream for scores",
            );
        }
        if *dead == to.stream {
            return wrong(
                format!("rows that cannot be scored would stand among the scores of {to}"),
                "name another stream with --dead",
            );
        }
        for name in [&to.stream, dead] {
            if from.is_beside(to) && is_within(from.system, name, &from.stream) {
                return wrong(
                    format!("what is written to {name} would be read as rows again: it is within {from}"),
                    "name streams for scores and for rows that cannot be scored that are not read",
                );
            }
            let name_is_wrong = match to.system {
                System::Redis => None,
                System::Nats => name.contains(['*', '>']).then(|| format!("{name} is many subjects of NATS")),
                System::Kafka => topic(name).err(),
            };
            if let Some(what) = name_is_wrong {
                return wrong(format!("{what}: scores and dead rows go to one"), "name one with --to and --dead");
            }
        }
        if from.system == System::Nats
            && group.contains(|letter: char| !letter.is_alphanumeric() && !"-_".contains(letter))
        {
            return wrong(
                format!("{group:?} is no name of a consumer of NATS"),
                "a group is named by letters, digits, - and _",
            );
        }
        if from.system == System::Kafka
            && let Err(what) = topic(&self.offsets())
        {
            return wrong(
                what,
                "the group is part of the topic that keeps offsets: name it by letters, digits, ., _ and -",
            );
        }
        if partitions.is_some() && from.system != System::Kafka {
            return wrong(format!("{from} has no partitions"), "leave --partitions out");
        }
        if most.is_some() && to.system == System::Kafka {
            return wrong(
                format!("{to} keeps scores whether they were read or not, so that it is never full"),
                "leave --to-most out",
            );
        }
        Ok(())
    }

    /// The topic of Kafka that keeps how far each partition of rows was scored.
    pub(super) fn offsets(&self) -> String {
        format!("{}-{}-offsets", self.from.stream, self.group)
    }
}

/// Whether a stream is one of those that a name stands for.
fn is_within(system: System, name: &str, names: &str) -> bool {
    if system != System::Nats {
        return name == names;
    }
    let (mut own, mut all) = (name.split('.'), names.split('.'));
    loop {
        match (own.next(), all.next()) {
            (None, None) => return true,
            (Some(_), Some(">")) => return true,
            (Some(_), Some("*")) => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Address;
    use super::*;

    fn of(from: &str, to: &str) -> Streams {
        let to = Address::parse(to).unwrap();
        Streams {
            from: Address::parse(from).unwrap(),
            dead: to.dead(),
            to,
            group: "gml".into(),
            consumer: "one".into(),
            batch: 1,
            claim_after: Duration::from_secs(1),
            most: None,
            partitions: None,
        }
    }

    #[test]
    fn scores_are_never_read_as_rows() {
        for (from, to, is_right) in [
            ("redis://here/rows", "redis://here/scores", true),
            ("redis://here/rows", "redis://here/rows?db=1", true),
            ("redis://here/rows", "redis://here/rows", false),
            ("redis://here/scores:dead", "redis://here/scores", false),
            ("redis://me:one@here/rows", "redis://here/rows", false),
            // The port that is meant where none is named.
            ("redis://here/rows", "redis://here:6379/rows", false),
            ("nats://here:4222/rows.>", "nats://here/rows.scores", false),
            ("redis://here:6380/rows", "redis://here/rows", true),
            // Names of one machine for itself.
            ("redis://localhost/rows", "redis://127.0.0.1/rows", false),
            ("redis://LOCALHOST:6379/rows", "redis://[::1]/rows", false),
            ("redis://localhost:6380/rows", "redis://127.0.0.1/rows", true),
            ("redis://localhost/rows", "redis://127.0.0.1/scores", true),
            ("nats://127.0.0.1:4222/rows.>", "nats://localhost/rows.scores", false),
            // One cluster, whichever of its servers are named.
            ("kafka://one,two/rows", "kafka://two:9092,three/rows", false),
            ("redis://here/rows", "nats://here/rows", true),
            // What cannot be scored would go to rows.dead.
            ("nats://here/rows.>", "nats://here/rows", false),
            ("nats://here/rows.>", "nats://here/rows.scores", false),
            ("nats://here/rows.*", "nats://here/rows.scores", false),
            ("nats://here/rows.*", "nats://here/rows.scores.new", true),
            ("nats://here/*.dead", "nats://here/scores", false),
            ("nats://here/>", "nats://there/scores", true),
            ("nats://here/rows", "nats://here/scores.>", false),
            ("kafka://one,two/rows", "kafka://one,two/rows.dead", true),
            ("kafka://one,two/rows.dead", "kafka://one,two/rows", false),
        ] {
            assert_eq!(of(from, to).check().is_ok(), is_right, "{from} {to}");
        }
    }

    #[test]
    fn options_mean_something_to_the_system_or_are_refused() {
        let redis = || of("redis://here/rows", "redis://here/scores");
        let kafka = || of("kafka://here/rows", "kafka://here/scores");
        let nats = || of("nats://here/rows", "nats://here/scores");
        assert!(Streams { partitions: Some(vec![1]), ..kafka() }.check().is_ok());
        assert!(Streams { partitions: Some(vec![1]), ..redis() }.check().is_err());
        assert!(Streams { most: Some(1), ..nats() }.check().is_ok());
        assert!(Streams { most: Some(1), ..kafka() }.check().is_err());
        assert!(Streams { group: "a b".into(), ..redis() }.check().is_ok());
        assert!(Streams { group: "a.b".into(), ..nats() }.check().is_err());
        assert!(Streams { group: "a:b".into(), ..kafka() }.check().is_err());
        assert!(Streams { dead: "a b".into(), ..kafka() }.check().is_err());
        for other in [redis(), nats(), kafka()] {
            let scores = other.to.stream().to_owned();
            assert!(Streams { dead: scores, ..other }.check().is_err(), "dead rows among scores");
        }
        assert_eq!(kafka().offsets(), "rows-gml-offsets");
    }
}
