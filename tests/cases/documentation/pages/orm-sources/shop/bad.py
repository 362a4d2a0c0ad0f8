import enum
import nosuchthing
