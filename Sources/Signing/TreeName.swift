public import CanonicalJSON
internal import CreditModel
internal import HashTree

/// How an id or a code is named where many are told at once.
///
/// What is asked one by one is counted and journaled one by one; told in bulk, a code that may be the number of a person's card
/// with a slip in it would be shown to everybody. So it is named by its place in the hash tree.
public struct TreeName: Hashable, Sendable {
    /// `name`, or `key` for what is not shown.
    public let member: [String: JSONValue]

    /// Names an id or a code, in the form in which the tree knows it.
    public init(_ name: String) {
        member =
            IdentityCard.isLikely(Array(name.utf8)[...])
            ? ["key": .string(HashTree.sha256.key(of: name).digest)] : ["name": .string(name)]
    }
}
