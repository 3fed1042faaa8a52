internal import AgencySimulator
internal import ArgumentParser
internal import CreditModel
internal import FeedTransport
internal import Foundation
internal import Watches
internal import Watching

/// What `suixin serve` takes for a sandbox.
struct SandboxOptions: ParsableArguments {
    @Flag(name: .customLong("sandbox"), help: "Serve invented data of simulated agencies, for a platform to try.")
    var isOn = false
    @Option(name: .customLong("sandbox-folder"), help: "Where the sandbox lies; made unless it is there.")
    var folder = "suixin-sandbox"
    @Option(name: .customLong("sandbox-seed"), help: "What the invented enterprises are drawn from, when it is made.")
    var seed: UInt64 = 1
    @Option(name: .customLong("sandbox-enterprises"), help: "How many there are beside the test enterprises.")
    var enterprises = 200
    @Option(name: .customLong("sandbox-pace"), help: "Let something happen every so many seconds.")
    var pace: Int?
    @Flag(
        name: .customLong("sandbox-public"),
        help: "Make random keys for a sandbox that may be reached from other machines, by --host."
    )
    var isPublic = false

    private static let loopback: Set<String> = ["127.0.0.1", "::1", "localhost"]

    func validate() throws {
        guard 1...100_000 ~= enterprises else {
            throw ValidationError("--sandbox-enterprises must lie between 1 and 100000.")
        }
        guard 1...86_400 ~= pace ?? 1 else { throw ValidationError("--sandbox-pace must lie between 1 and 86400.") }
    }

    /// Makes the sandbox or opens it, and reads its agencies.
    ///
    /// - Parameters:
    ///   - common: must name no configuration: a sandbox has its own.
    ///   - host: the address to listen on.
    ///   - port: the port to listen on.
    /// - Returns: the sandbox, its settings and its clients; nil where none is asked for.
    /// - Throws: ``CommandError`` and whatever a sync throws.
    func open(_ common: CommonOptions, host: String?, port: Int?) async throws -> OpenedSandbox? {
        guard isOn else { return nil }
        guard common.configuration == nil, ProcessInfo.processInfo.environment["SUIXIN_CONFIG"] == nil else {
            throw CommandError(
                "A sandbox has a configuration of its own: leave out --config and SUIXIN_CONFIG, and name its folder by "
                    + "--sandbox-folder.",
                exit: .usage
            )
        }
        let folder = SandboxFolder(path: URL(filePath: folder).standardizedFileURL.path)
        let isThere = try folder.exists()
        let host = host ?? "127.0.0.1"
        var script =
            isThere
            ? try folder.script() : SandboxScript(seed: seed, enterprises: enterprises, isPublic: isPublic)
        guard script.isPublic || Self.loopback.contains(host) else {
            throw CommandError(
                "The keys of this sandbox are known to everybody, so it listens on the loopback alone: make another with "
                    + "--sandbox-public in another --sandbox-folder to listen on \(host).",
                exit: .usage
            )
        }
        if !isThere { try folder.make(isPublic: isPublic) }
        let world = try script.world()
        let agencies = try await AgencyServer.start(
            AgencyServer.Options(
                population: world,
                seed: script.seed,
                at: world.day,
                data: folder.agencies,
                wire: .none,
                fingerprint: script.fingerprint
            )
        )
        do {
            try folder.configure(
                agencies: { agencies.baseURL(AgencyID(rawValue: $0)) },
                host: host,
                port: port ?? 8080
            )
            var settings = try await Settings.load(
                file: folder.configuration,
                overrides: common.overrides,
                environment: ProcessInfo.processInfo.environment
            )
            settings.host = host
            settings.port = port ?? settings.port
            // Strangers must not reach what only this machine may.
            settings.watch.policy.allowsLoopback = !script.isPublic
            let installation = try Installation(settings, for: .writing)
            let clients = isThere ? try folder.clients() : try makeClients(settings, isPublic: script.isPublic)
            let sandbox = try Sandbox(folder, installation, agencies, script)
            try await blocking {
                try sandbox.sync()
                guard !isThere else { return }
                try sandbox.begin(for: clients)
                try folder.write(clients)
            }
            script = try folder.script()
            return OpenedSandbox(sandbox: sandbox, settings: settings, clients: clients)
        } catch {
            await agencies.stop()
            throw error
        }
    }

    private func makeClients(_ settings: Settings, isPublic: Bool) throws -> [SandboxClient] {
        let store = try settings.clients()
        if isPublic {
            var random = SystemRandomNumberGenerator()
            return try SandboxClient.make(in: store, using: &random)
        }
        var known = WellKnownNumbers()
        return try SandboxClient.make(in: store, using: &known)
    }
}

/// A sandbox that is ready to be asked.
struct OpenedSandbox {
    let sandbox: Sandbox
    let settings: Settings
    let clients: [SandboxClient]
}

/// Runs what waits on a thread that may.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { done in
        Thread.detachNewThread { done.resume(with: Result { try body() }) }
    }
}

extension Sandbox {
    /// Gives a new sandbox its past: a client that watches, and the acts of the first days.
    func begin(for clients: [SandboxClient]) throws {
        if let full = clients.first {
            let desk = try installation.watchListDesk()
            let list = try desk.create(name: "sandbox", for: full.id)
            _ = try desk.add(TestEnterprise.all.map(\.pripid), to: list.id, of: full.id)
        }
        // From here on it is followed what changes.
        let dispatcher = try installation.dispatcher { _ in }
        try dispatcher.drain()
        for acts in TestEnterprise.opening { _ = try perform(acts) }
        try dispatcher.drain()
    }
}
