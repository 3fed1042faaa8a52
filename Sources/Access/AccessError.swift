/// Why a table of clients or a journal of queries could not do what it was asked to.
///
/// ``description`` is safe to show; it names what to do.
public struct AccessError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble; a struct, so that a new kind breaks nobody.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's stable name, such as `conflict`.
        public let description: String
        private init(_ name: String) { description = name }
        /// There is no such client, key or query.
        public static let unknown = Code("unknown")
        /// What is to be stored contradicts what is.
        public static let conflict = Code("conflict")
        /// A value is outside of what it may be.
        public static let invalid = Code("invalid")
        /// There would be more of something than there may be.
        public static let limit = Code("limit")
        /// Another process writes just now.
        public static let locked = Code("locked")
        /// The file cannot be opened or written, is no such file, or comes from a newer version.
        public static let unusable = Code("unusable")
        /// What is stored is not what was written.
        public static let damaged = Code("damaged")
    }

    /// The kind of trouble, for callers that can do something about it.
    public let code: Code
    /// One sentence: what happened and what to do.
    public let message: String

    /// Makes an error of its kind and a sentence that is safe to show.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
