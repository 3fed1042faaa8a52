package import CreditModel

/// What a signed time must be: POSIX seconds of the years 1970 to 9999.
///
/// Beyond them, arithmetic and calendars give out.
enum SignedTime {
    static func isPlausible(_ seconds: Int64) -> Bool { 0...253_402_300_799 ~= seconds }
}

/// Why something was not published, or not taken as published.
package enum PublicationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A signed document whose payload is not in this exchange's form.
    case malformed(String)
    /// A profile that the merge should have shortened: a fault of this software.
    case tooLarge(EnterpriseID, bytes: Int)
    /// A status may be signed only after every profile that it touches.
    case unfinished(waiting: Int)
    /// A snapshot is of a status with a tree.
    case noTree
    /// What the store holds has another root than was signed.
    case otherTree
    /// A profile names an annex that the store has not.
    case noAnnex(EnterpriseID)
    /// One snapshot is made at a time.
    case busy

    package var description: String {
        switch self {
        case .malformed(let what): what
        case .tooLarge(let id, let bytes):
            "profile \(id) would be signed over \(bytes) bytes, at most \(Envelope.limit) are allowed: please report this"
        case .unfinished(let waiting):
            "\(waiting) changes wait to be derived or signed: run `suixin sync` to its end first"
        case .noTree: "no status of the sources with a hash tree was signed yet: run `suixin sync` to its end first"
        case .otherTree:
            "the store does not hold what the latest status says: `suixin store check` says what is damaged"
        case .noAnnex(let id):
            "an annex of the profile \(id) is missing in the store: `suixin store check` says what is damaged"
        case .busy: "another process is making a snapshot here: wait until it has ended"
        }
    }
}
