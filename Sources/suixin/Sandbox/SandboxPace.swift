internal import AgencySimulator
internal import Logging
internal import ServiceKit
internal import ServiceLifecycle

/// Lets something happen by itself, so that whoever only listens hears something.
struct SandboxPace: Service {
    let sandbox: Sandbox
    let seconds: Int
    let logger: Logger

    /// What happens by itself goes round: by how many days there were, so that it is the same each time.
    private func next() -> SandboxAct {
        let code = TestEnterprise.all.first?.uscc ?? ""
        return switch sandbox.days % 4 {
        case 0: .penalise(code)
        case 1: .list(code)
        case 2: .delist(code)
        default: .withdraw(code, dataset: "penalty")
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(seconds))) != nil {
                let act = next()
                do {
                    _ = try await blocking {
                        do { return try sandbox.perform([act]) } catch is SandboxRefusal {
                            // Somebody's own acts came in between.
                            return try sandbox.perform([.advanceDay(1)])
                        }
                    }
                } catch {
                    logger.error("nothing happens by itself any more", metadata: ["error": "\(error)"])
                    break
                }
            }
        }
        try? await gracefulShutdown()
    }
}
