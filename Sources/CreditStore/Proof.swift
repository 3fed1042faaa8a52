public import CreditModel
public import HashTree

/// What the hash tree is like when a status is signed.
public struct TreeState: Hashable, Sendable {
    /// Its root.
    public var root: TreeHash
    /// How many ids and codes it speaks of.
    public var leaves: Int64
    /// The number of the last change of an enterprise that it takes in; 0 where there was none.
    public var change: Int64
    /// The position of the store that it speaks of.
    public var position: Int64

    /// Makes a state of its parts.
    public init(root: TreeHash, leaves: Int64, change: Int64, position: Int64) {
        self.root = root
        self.leaves = leaves
        self.change = change
        self.position = position
    }
}

/// What the latest status says of an id or a code, with the way that proves it.
public struct ProvenStatement: Hashable, Sendable {
    /// The id or the code, in the form in which the tree knows it.
    public var name: String
    /// What is said; nil where nothing is known.
    public var statement: TreeStatement?
    /// From the status' root to the place of the name.
    public var path: TreePath

    /// Makes one of its parts.
    public init(name: String, statement: TreeStatement?, path: TreePath) {
        self.name = name
        self.statement = statement
        self.path = path
    }
}

/// What is known by an id or a code as of the latest status.
public struct ProvenAnswer: Sendable {
    /// The digest of the status' payload.
    public var status: String
    /// What is said of the name that was asked for, then of each that it leads to, to the end of the way; where nothing is
    /// known, that of every name that was tried.
    public var statements: [ProvenStatement]
    /// The document at the end of the way; nil where there is none, or the way forks.
    public var profile: SignedProfile?

    /// Makes an answer of its parts.
    public init(status: String, statements: [ProvenStatement], profile: SignedProfile?) {
        self.status = status
        self.statements = statements
        self.profile = profile
    }
}

/// What came to be said of an enterprise's id from one status to a later one.
public struct ProfileChange: Hashable, Sendable {
    /// The number of the change: later ones are greater.
    public var number: Int64
    /// The digest of the status that says so first.
    public var status: String
    /// The id.
    public var enterprise: EnterpriseID
    /// What was said before; nil where nothing was known.
    public var before: TreeStatement?
    /// What is said since; nil where nothing is known any more.
    public var after: TreeStatement?

    /// Makes a change of its parts.
    public init(
        number: Int64,
        status: String,
        enterprise: EnterpriseID,
        before: TreeStatement?,
        after: TreeStatement?
    ) {
        self.number = number
        self.status = status
        self.enterprise = enterprise
        self.before = before
        self.after = after
    }
}

/// Whom a code came to lead to from one status to a later one.
public struct CodeChange: Hashable, Sendable {
    /// The number of the change, in one sequence with those of enterprises.
    public var number: Int64
    /// The digest of the status that says so first.
    public var status: String
    /// The code, in the form in which the tree knows it.
    public var code: String
    /// Whom it leads to since; nobody where nothing is said of it any more.
    public var holders: [EnterpriseID]

    /// Makes a change of its parts.
    public init(number: Int64, status: String, code: String, holders: [EnterpriseID]) {
        self.number = number
        self.status = status
        self.code = code
        self.holders = holders
    }
}

/// Changes, in order.
public struct ChangePage: Sendable {
    /// The changes of enterprises.
    public var changes: [ProfileChange]
    /// The changes of codes that lie among them, where they were asked for.
    public var codes: [CodeChange]
    /// The statuses that these name, and the latest one.
    public var statuses: [SignedStatus]
    /// The number of the last change that there is.
    public var last: Int64
    /// The number of the last change on the page; nil for a page without any.
    public var end: Int64? {
        switch (changes.last?.number, codes.last?.number) {
        case (let change?, let code?): max(change, code)
        case (let change, let code): change ?? code
        }
    }

    /// Makes a page of its parts.
    public init(changes: [ProfileChange], codes: [CodeChange] = [], statuses: [SignedStatus], last: Int64) {
        self.changes = changes
        self.codes = codes
        self.statuses = statuses
        self.last = last
    }
}

/// A store that proves its answers by the hash tree whose root the latest status names.
public protocol ProvingStore: CreditStore {
    /// What the latest status says of ids, or of codes in the form in which codes are stored.
    ///
    /// - Parameter names: They are tried in order until something is said of one; at least one.
    /// - Returns: nil before the first status with a tree.
    /// - Throws: ``StoreError`` `damaged` where the tree or the document cannot be read back.
    func provenAnswer(about names: [String]) throws -> ProvenAnswer?
    /// The next changes after one, of the latest status or an earlier one.
    ///
    /// - Parameters:
    ///   - number: Of the last change that is known.
    ///   - limit: How many at most, codes included.
    ///   - withCodes: Whether changes of codes are wanted, too.
    /// - Returns: nil where changes after it are not kept: whoever asks must begin with a snapshot.
    /// - Throws: ``StoreError`` where they cannot be read.
    func changes(after number: Int64, limit: Int, withCodes: Bool) throws -> ChangePage?
    /// Lets somebody read everything that the latest status says, in one view of the store.
    ///
    /// - Returns: nil before the first status with a tree.
    /// - Throws: ``StoreError`` `damaged` where the tree or a document cannot be read back, and what the body throws.
    func viewWhole<Result>(_ body: (any WholeView) throws -> Result) throws -> Result?
    /// A status by its digest.
    func status(of digest: String) throws -> SignedStatus?
    /// Somebody who reads beside all others, for a thread of its own: without waiting in a line for a connection.
    ///
    /// - Parameter whenViewBegins: called on that thread, once for each view: so that the view is ended in time.
    /// - Returns: the reader.
    /// - Throws: ``StoreError`` where the store cannot be opened.
    func answerReader(whenViewBegins: @escaping @Sendable (any AnswerReader) -> Void) throws -> any AnswerReader
}

extension ProvingStore {
    /// The next changes of enterprises after one.
    public func changes(after number: Int64, limit: Int) throws -> ChangePage? {
        try changes(after: number, limit: limit, withCodes: false)
    }
}

/// What the latest status says of a name, to the end of the way; the document that lies there is not read yet.
public struct ProvenFinding: Sendable {
    /// The digest of the status' payload.
    public var status: String
    /// What is said of the name, then of each that it leads to.
    public var statements: [ProvenStatement]
    /// The profile at the end of the way; nil where there is none, or the way forks.
    public var profile: PlacedVersion?

    /// Makes a finding of its parts.
    public init(status: String, statements: [ProvenStatement], profile: PlacedVersion?) {
        self.status = status
        self.statements = statements
        self.profile = profile
    }
}

/// A version of a profile, and where its document lies.
public struct PlacedVersion: Sendable {
    /// Whose profile it is.
    public var id: EnterpriseID
    /// The version.
    public var version: String
    /// The store's number of the document, if the tree tells it: a hint, which is believed only where it holds.
    public var document: Int64?

    /// Makes one of its parts.
    public init(id: EnterpriseID, version: String, document: Int64?) {
        self.id = id
        self.version = version
        self.document = document
    }
}

/// Reads proven answers on one thread, in views of the store that last until they are ended.
public protocol AnswerReader: Sendable {
    /// What the latest status of the view says of an id, or of a code in the form in which codes are stored.
    ///
    /// Begins a view where there is none.
    /// - Parameter name: the id or code.
    /// - Returns: nil before the first status with a tree.
    /// - Throws: ``StoreError`` `damaged` where the tree cannot be read back.
    func finding(of name: String) throws -> ProvenFinding?
    /// The document of a version that was found in this view, with the first signature that it got.
    /// - Throws: ``StoreError`` `damaged` where there is none.
    func signed(_ profile: PlacedVersion) throws -> SignedProfile
    /// Ends the view: what is looked for next is looked for in a new one.
    func endView()
}
