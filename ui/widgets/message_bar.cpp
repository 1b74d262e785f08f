// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets/message_bar.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPointer>
#include <QPushButton>
#include <QStyle>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/widgets/icons.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

QString icon_name(Message::Kind kind) {
    switch (kind) {
        case Message::Kind::Warning:
            return QStringLiteral("warning");
        case Message::Kind::Error:
            return QStringLiteral("error");
        case Message::Kind::Positive:
            return QStringLiteral("positive");
        case Message::Kind::Information:
            break;
    }
    return QStringLiteral("information");
}

/// A hue for the kind at a lightness that stands out from the palette's window colour, light or dark.
QColor tone(Message::Kind kind, const QPalette& palette) {
    if (kind == Message::Kind::Information) return palette.color(QPalette::Highlight);
    const bool dark = palette.color(QPalette::Window).lightness() < 128;
    const int hue = kind == Message::Kind::Error ? 2 : kind == Message::Kind::Warning ? 38 : 140;
    return dark ? QColor::fromHsl(hue, 150, 150) : QColor::fromHsl(hue, 190, 85);
}

}  // namespace

Message message_of(const Error& error) {
    Message message;
    message.kind = error.kind == ErrorKind::Cancelled ? Message::Kind::Information : Message::Kind::Error;
    message.text = Text::error(error);
    message.detail = QString::fromStdString(error.detail);
    return message;
}

class MessageBar::Strip : public QFrame {
  public:
    Strip(const Message& message, MessageBar* bar) : QFrame(bar), m_bar(bar), m_message(message) {
        setObjectName(QStringLiteral("message"));
        setAccessibleName(message.text);
        setFocusPolicy(Qt::StrongFocus);
        const int unit = fontMetrics().height() / 2;
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(unit + unit / 2, unit / 2, unit / 2, unit / 2);
        auto* row = new QHBoxLayout;
        row->setSpacing(unit);
        column->addLayout(row);

        m_icon = new QLabel(this);
        row->addWidget(m_icon);
        auto* text = new QLabel(message.text, this);
        text->setObjectName(QStringLiteral("messageText"));
        text->setWordWrap(true);
        text->setTextFormat(Qt::PlainText);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        row->addWidget(text, 1);

        for (const Message::Action& action : message.actions) {
            auto* button = new QPushButton(action.text, this);
            button->setObjectName(QStringLiteral("messageAction"));
            button->setAutoDefault(false);
            connect(button, &QPushButton::clicked, this, [this, run = action.run] {
                // The bar first, so that what runs may show a message of its own.
                const auto call = run;
                m_bar->close(this, false);
                if (call) call();
            });
            row->addWidget(button);
        }
        if (!message.detail.isEmpty()) add_details(row, column);
        auto* cross = new QToolButton(this);
        cross->setObjectName(QStringLiteral("messageClose"));
        cross->setIcon(icon(QStringLiteral("close")));
        cross->setAutoRaise(true);
        cross->setToolTip(MessageBar::tr("Close this message (Esc)"));
        cross->setAccessibleName(MessageBar::tr("Close this message"));
        connect(cross, &QToolButton::clicked, this, [this] { m_bar->close(this, true); });
        row->addWidget(cross);
        if (message.seconds > 0) {
            QTimer::singleShot(message.seconds * 1000, this, [this] { m_bar->close(this, true); });
        }
        refresh();
    }

    const Message& message() const { return m_message; }

  protected:
    void keyPressEvent(QKeyEvent* event) override {
        if (event->key() == Qt::Key_Escape) {
            m_bar->close(this, true);
        } else {
            QFrame::keyPressEvent(event);
        }
    }

    void changeEvent(QEvent* event) override {
        if (event->type() == QEvent::PaletteChange) refresh();
        QFrame::changeEvent(event);
    }

    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const QColor colour = tone(m_message.kind, palette());
        QColor ground = colour;
        ground.setAlphaF(0.13F);
        const int bar = qMax(3, fontMetrics().height() / 5);
        painter.fillRect(rect(), ground);
        painter.fillRect(QRect(0, 0, bar, height()), colour);
        if (hasFocus()) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
            painter.drawRect(rect().adjusted(1, 1, -1, -1));
        }
    }

  private:
    void add_details(QHBoxLayout* row, QVBoxLayout* column) {
        auto* details = new QPushButton(MessageBar::tr("Details"), this);
        details->setObjectName(QStringLiteral("messageDetails"));
        details->setCheckable(true);
        details->setAutoDefault(false);
        row->addWidget(details);
        auto* copy = new QPushButton(MessageBar::tr("Copy"), this);
        copy->setObjectName(QStringLiteral("messageCopy"));
        copy->setToolTip(MessageBar::tr("Copy this message with its details"));
        copy->setAutoDefault(false);
        row->addWidget(copy);
        auto* pane = new QPlainTextEdit(m_message.detail, this);
        pane->setObjectName(QStringLiteral("messageDetailText"));
        pane->setReadOnly(true);
        pane->setMaximumHeight(fontMetrics().lineSpacing() * 7);
        pane->hide();
        column->addWidget(pane);
        connect(details, &QPushButton::toggled, pane, &QWidget::setVisible);
        connect(copy, &QPushButton::clicked, this, [this] {
            QApplication::clipboard()->setText(m_message.text + QLatin1Char('\n') + m_message.detail);
        });
    }

    void refresh() {
        const int size = style()->pixelMetric(QStyle::PM_SmallIconSize);
        m_icon->setPixmap(icon_pixmap(icon_name(m_message.kind), size, tone(m_message.kind, palette()),
                                      devicePixelRatioF()));
        update();
    }

    MessageBar* m_bar;
    Message m_message;
    QLabel* m_icon = nullptr;
};

MessageBar::MessageBar(QWidget* parent) : QWidget(parent), m_layout(new QVBoxLayout(this)) {
    setObjectName(QStringLiteral("messageBar"));
    setAccessibleName(tr("Messages"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    hide();
}

MessageBar::~MessageBar() = default;

void MessageBar::show_message(const Message& message) {
    if (!message.id.isEmpty()) remove(message.id);
    while (count() >= max_messages) close(m_strips.back(), true);
    auto* strip = new Strip(message, this);
    m_strips.insert(m_strips.begin(), strip);
    m_layout->insertWidget(0, strip);
    strip->show();
    show();
    QAccessibleEvent event(strip, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void MessageBar::remove(const QString& id) {
    for (Strip* strip : std::vector<Strip*>(m_strips)) {
        if (strip->message().id == id) close(strip, false);
    }
}

bool MessageBar::close_latest() {
    if (m_strips.empty()) return false;
    close(m_strips.front(), true);
    return true;
}

void MessageBar::close_all() {
    while (close_latest()) {
    }
}

void MessageBar::close(Strip* strip, bool tell) {
    if (std::erase(m_strips, strip) == 0) return;
    m_layout->removeWidget(strip);
    strip->hide();
    const auto dismissed = strip->message().dismissed;
    strip->deleteLater();
    setVisible(!m_strips.empty());
    if (tell && dismissed) dismissed();
}

}  // namespace fieldmark
