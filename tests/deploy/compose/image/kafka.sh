#!/bin/sh
# As /etc/kafka/docker/run of the image apache/kafka: the same set-up program, then the broker.
set -eu
java=$JAVA_HOME/bin/java
if ! said=$("$java" kafka.docker.KafkaDockerWrapper setup \
    --default-configs-dir /etc/kafka/docker --mounted-configs-dir /mnt/shared/config \
    --final-configs-dir /opt/kafka/config 2>&1); then
  echo "$said" | grep -i "already formatted" || { echo "$said"; exit 1; }
fi
exec "$java" $KAFKA_HEAP_OPTS -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -Dlog4j2.configurationFile=/etc/kafka/docker/log4j2.properties kafka.Kafka /opt/kafka/config/server.properties
