internal import ArgumentParser

/// Looks after the store as a whole: `suixin store`.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store",
        abstract: "The store as a whole: whether it is sound, and what it holds, apart from how it got there.",
        subcommands: [Check.self, Rebuild.self, Dump.self]
    )
}
