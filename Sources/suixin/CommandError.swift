/// What a person is told when a command cannot do its work: one clear sentence that names the fix.
struct CommandError: Error, CustomStringConvertible {
    let description: String
    let exit: ExitStatus

    init(_ description: String, exit: ExitStatus = .failure) {
        self.description = description
        self.exit = exit
    }
}

/// Exit codes that scripts can use; the README lists them.
enum ExitStatus: Int32, Sendable {
    /// Everything that was asked for was done.
    case success = 0
    /// It could not be done; for `verify`: not genuine.
    case failure = 1
    /// It was done in part: a source failed or is incomplete; for `verify`: genuine, but not shown to be current.
    case partial = 2
    /// Nothing goes by that id, code or name.
    case nothingFound = 3
    /// Several enterprises hold that code.
    case ambiguous = 4
    /// The command line itself is wrong.
    case usage = 64
}
