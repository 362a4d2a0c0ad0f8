# Models that cannot be imported.
import nosuchthing

Base = nosuchthing.Base
