public import HashTree

/// Everything that the latest status says, in one view of the store.
public protocol WholeView {
    /// That status.
    var status: SignedStatus { get }
    /// Hands over all leaves of the tree in its order, of each what it says, and under which name.
    ///
    /// In time and memory that do not depend on what was changed since the status.
    /// - Parameter body: called with each.
    /// - Throws: ``StoreError`` `damaged` where something cannot be read back, and what the body throws.
    func eachStatement(_ body: (NamedStatement) throws -> Void) throws
    /// A document that holds the rest of a profile's long list.
    func annex(_ digest: String) throws -> Annex?
}

/// What a status says of an id or a code.
public struct NamedStatement: Sendable {
    /// Its place in the tree.
    public var key: TreeHash
    /// The id or the code.
    public var name: String
    /// What is said.
    public var statement: TreeStatement
    /// The document of the version that is said of an id; nil for any other statement.
    public var profile: SignedProfile?

    /// Makes one of its parts.
    public init(key: TreeHash, name: String, statement: TreeStatement, profile: SignedProfile?) {
        self.key = key
        self.name = name
        self.statement = statement
        self.profile = profile
    }
}
