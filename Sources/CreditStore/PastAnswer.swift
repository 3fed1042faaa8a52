public import CreditModel

/// What was answered about an id at some moment.
public enum PastAnswer: Sendable, Hashable {
    /// Nothing was known by it, or nothing any more.
    case nothing
    /// It led to another id.
    case moved(EnterpriseID)
    /// This signed document was given.
    case served(SignedProfile)
}
