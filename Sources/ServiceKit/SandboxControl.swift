package import CanonicalJSON

/// The levers of a sandbox: what the API asks of whoever plays the agencies.
package protocol SandboxControl: Sendable {
    /// What there is to try: the test enterprises, the acts that can be ordered, and the day of the simulated agencies.
    ///
    /// Blocking. Holds no credentials.
    /// - Throws: what the store throws.
    func overview() throws -> JSONValue

    /// Lets something happen at the agencies and takes it in by a sync; comes back when it is signed and served.
    ///
    /// Blocking.
    /// - Parameter order: `{"act":…}`, or several acts of one day as `{"acts":[…]}`.
    /// - Returns: the day after it, the position, and what changed.
    /// - Throws: ``SandboxRefusal`` with nothing changed, and what the store throws.
    func perform(_ order: JSONValue) throws -> JSONValue
}

/// Why nothing happened in a sandbox, in both languages.
package struct SandboxRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Sendable {
        /// There is no such act, or it lacks something.
        case form
        /// As things are, it cannot happen.
        case state
    }

    package let reason: Reason
    package let english: String
    package let chinese: String

    package init(_ reason: Reason, _ english: String, _ chinese: String) {
        self.reason = reason
        self.english = english
        self.chinese = chinese
    }

    package var description: String { english }
}
