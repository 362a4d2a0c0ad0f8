"""Tortoise's model of the orders that pages are made of."""

from tortoise import fields
from tortoise.models import Model


class Orders(Model):
    """As the table has them."""

    id = fields.BigIntField(primary_key=True)
    customer = fields.IntField()
    at = fields.DatetimeField()
    total = fields.DecimalField(max_digits=10, decimal_places=2, null=True)
    state = fields.TextField()

    class Meta:
        """Its table."""

        table = "orders"
