/// Why a store could not do what it was asked to.
///
/// ``description`` is safe to show; it names what to do.
public struct StoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble; a struct, so that a new kind breaks nobody.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The code's stable name, such as `read-only`.
        public let description: String
        private init(_ name: String) { description = name }
        /// Another process writes to the store.
        public static let locked = Code("locked")
        /// The store was opened for reading only.
        public static let readOnly = Code("read-only")
        /// The file cannot be opened, is no store, or comes from a newer version.
        public static let unusable = Code("unusable")
        /// What is stored cannot be read back.
        public static let damaged = Code("damaged")
        /// The component was handed out again since, or to another process.
        public static let staleToken = Code("stale-token")
        /// What is to be stored contradicts what is.
        public static let conflict = Code("conflict")
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
