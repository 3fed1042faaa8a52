public import CreditModel

/// Something in a store that is not as it was written, or not as it must follow from the rest.
public struct Finding: Sendable, Hashable {
    /// What kind of damage; a struct, so that a new kind breaks nobody.
    public struct Kind: Hashable, Sendable, CustomStringConvertible {
        /// The kind's stable name, such as `version-lost`.
        public let description: String
        private init(_ name: String) { description = name }
        /// SQLite itself finds the file's structure broken.
        public static let file = Kind("file")
        /// A part of the store could not be read to its end.
        public static let unreadable = Kind("unreadable")
        /// A record version is not what was written.
        public static let version = Kind("version")
        /// A record version is gone.
        public static let versionLost = Kind("version-lost")
        /// The rows of a batch as they came are not what was written.
        public static let segment = Kind("segment")
        /// A record's key or source is not what was written.
        public static let record = Kind("record")
        /// A record is gone, but its versions are there.
        public static let recordLost = Kind("record-lost")
        /// What is kept of a record does not follow from its versions.
        public static let recordState = Kind("record-state")
        /// A key by which records meet is missing, or leads where it should not.
        public static let link = Kind("link")
        /// A counter is wrong.
        public static let counter = Kind("counter")
        /// A table has lost rows, or rows in it were changed.
        public static let table = Kind("table")
        /// A row belongs to something that is not there.
        public static let orphan = Kind("orphan")
        /// A record is not placed as its statements decide.
        public static let placement = Kind("placement")
        /// An id does not lead where it should.
        public static let identity = Kind("identity")
        /// A code is missing, or leads where it should not.
        public static let code = Kind("code")
        /// What a search reads of an enterprise, its names above all, is missing or is not what its profile says.
        public static let card = Kind("card")
        /// The index of names does not find what it should.
        public static let nameIndex = Kind("name-index")
        /// The hash tree does not say what is known.
        public static let tree = Kind("tree")
        /// A profile is not what its records say.
        public static let profile = Kind("profile")
        /// The bytes of a published document are not what was published.
        public static let document = Kind("document")
        /// A signature does not verify, or is gone.
        public static let seal = Kind("seal")
        /// A signed status does not verify, or does not follow the one before it.
        public static let status = Kind("status")
    }

    /// What kind of damage it is.
    public var kind: Kind
    /// The table in which it lies.
    public var table: String
    /// The dataset that it belongs to, if any.
    public var dataset: DatasetID?
    /// The record concerned, as the agency names it: may hold a personal number, so it is shown redacted.
    public var key: RecordKey?
    /// The enterprise concerned, if any.
    public var enterprise: EnterpriseID?
    /// Which row, in words without personal data; empty where the rest tells.
    public var row: String
    /// What is wrong, in a few words without personal data.
    public var problem: String
    /// Whether a rebuild makes it right.
    public var isRepairable: Bool

    /// Makes a finding of its parts.
    public init(
        _ kind: Kind,
        in table: String,
        dataset: DatasetID? = nil,
        key: RecordKey? = nil,
        enterprise: EnterpriseID? = nil,
        row: String = "",
        _ problem: String,
        isRepairable: Bool
    ) {
        self.kind = kind
        self.table = table
        self.dataset = dataset
        self.key = key
        self.enterprise = enterprise
        self.row = row
        self.problem = problem
        self.isRepairable = isRepairable
    }

    /// What to do about it, in a few words.
    public var advice: String {
        if isRepairable { return "suixin store rebuild makes it anew" }
        switch kind {
        case .file, .unreadable: return "check the disk, then restore the store from a back-up"
        case .version, .versionLost, .record, .recordLost:
            return "restore the store from a back-up, or read the source into a new store"
        default: return "restore the store from a back-up"
        }
    }
}
