"""A worker that outlives its broker."""

from typing import Any

from kombu.transport import redis


class PatientQoS(redis.QoS):
    """Gives up messages of a connection that is gone, instead of taking the worker with it.

    When Valkey dies while a task runs, kombu 5.7 wants to give its message back, and to acknowledge
    it when the task is done, by a connection that it has closed itself: an AttributeError, which
    ends the worker and whatever it was at. What was in Valkey comes back after the visibility
    timeout; what must happen stands in our rows.
    """

    def restore_unacked(self, client: Any = None) -> Any:
        if not self._gone:
            return super().restore_unacked(client)
        if self._delivered:
            self._delivered.clear()
        return None

    def ack(self, delivery_tag: str) -> None:
        if not self._gone:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if not self._gone:
            super().reject(delivery_tag, requeue=requeue)

    @property
    def _gone(self) -> bool:
        return self.channel.connection is None or self.channel.connection.client is None


def use() -> None:
    """Have every Redis connection of this process be patient."""
    redis.Channel.QoS = PatientQoS
