// W41 on Spargio.
#include "workloads/cases/idle.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"

namespace bench::on_spargio {
namespace {

class idle_session final : public warm_session {
public:
    using warm_session::warm_session;
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }
};

} // namespace

std::unique_ptr<session> make_idle(const spargio::runtime_options& options) {
    return std::make_unique<idle_session>(options);
}

} // namespace bench::on_spargio
