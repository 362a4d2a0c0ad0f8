from sqlalchemy.dialects.mysql import YEAR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class A(Base):
    __tablename__ = "a"
    id: Mapped[int] = mapped_column(primary_key=True)
    y: Mapped[int] = mapped_column(YEAR)
