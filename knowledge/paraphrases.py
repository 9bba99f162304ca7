"""What an embedding model must tell apart to be let into search.

Each line is a question, the same said in other words, and a rival that shares
the question's words but not its meaning: who compares words fails.
"""

from typing import Final

Triple = tuple[str, str, str]

RUSSIAN: Final[tuple[Triple, ...]] = tuple(
    tuple(part.strip() for part in line.split("|"))  # type: ignore[misc]  # three parts each, held by a test
    for line in """
    Как вернуть товар? | Хочу отдать покупку обратно и получить деньги | Как выбрать товар?
    Сколько стоит доставка? | Во что обойдётся привезти заказ | Сколько стоит подушка?
    Когда придёт мой заказ? | Посылка ещё в пути, через сколько дней ждать | Когда закончится мой отпуск?
    Можно оплатить картой? | Принимаете ли безналичный платёж | Можно погадать на картах?
    Какой размер мне выбрать? | Не знаю, что подойдёт на мой рост и обхват | Какой подарок мне выбрать маме?
    Как стирать это платье? | Правила ухода за сарафаном в машинке | Как сшить это платье?
    Вещь пришла с дыркой | Изделие оказалось бракованным | Вещь пришла раньше срока
    Есть ли скидка постоянным клиентам? | Дешевле ли тем, кто покупает часто | Есть ли клиентам куда пожаловаться?
    Где находится ваш магазин? | По какому адресу можно прийти и посмотреть | Где находится ваша бухгалтерия?
    Хочу поговорить с человеком | Позовите живого сотрудника | Хочу поговорить о погоде
    Как отменить заказ? | Передумала покупать, аннулируйте | Как оформить заказ?
    Не приходит письмо с чеком | Квитанции об оплате на почте нет | Не приходит вдохновение писать письма
    Ткань садится после стирки? | Даёт ли полотно усадку от воды | Ткань красиво садится на диван?
    Курьер не позвонил | Доставщик не предупредил о приезде | Курьер позвонил заранее
    Можно примерить перед покупкой? | Дадут надеть и посмотреть, прежде чем платить | Можно заплатить перед отъездом?
    Подойдёт ли это детям? | Безопасно ли для малыша | Придут ли дети в гости?
    Когда снова будет в наличии? | Жду поступления, всё распродано | Когда снова будет суббота?
    Поменяйте на другой цвет | Замените, пожалуйста, на синий вместо белого | Другой цвет волос мне не идёт
    Как работает гарантия? | Что если через месяц сломается | Как работает двигатель?
    Отправляете ли за границу? | Можно заказать в Казахстан | Отправляете ли детей за город?
    """.strip().splitlines()
)

ENGLISH: Final[tuple[Triple, ...]] = tuple(
    tuple(part.strip() for part in line.split("|"))  # type: ignore[misc]  # three parts each, held by a test
    for line in """
    How do I return an item? | I want to send my purchase back for a refund | How do I paint an item?
    How much is shipping? | What does it cost to have an order delivered | How much is this pillow?
    When will my order arrive? | The parcel is on its way, how many days to wait | When will my holiday end?
    Can I pay by card? | Do you accept cashless payment | Can I play card games?
    Which size should I take? | I do not know what fits my height and waist | Which gift should I take to my mother?
    How do I wash this dress? | Laundry care for the gown | How do I sew this dress?
    It arrived with a hole | The product turned out to be defective | It arrived with a smile
    Is there a discount for regulars? | Do frequent buyers pay less | Is there a complaint from regulars?
    Where is your shop? | At which address can I come and look | Where is your accountant?
    I want to talk to a person | Call a human agent | I want to talk about the weather
    How do I cancel my order? | I changed my mind about buying, call it off | How do I place my order?
    I did not get the receipt | The proof of payment never came by mail | I did not get the joke
    Does the fabric shrink? | Will the cloth get smaller in hot water | Does the fabric look good on a sofa?
    The courier did not call | The delivery man gave no warning before coming | The courier called ahead of time
    May I try it on first? | Can I wear it and see before paying | May I pay first and travel later?
    Is it suitable for children? | Is it safe for a baby | Are the children coming to visit?
    When will it be back in stock? | Waiting for a new supply, all sold out | When will it be Saturday again?
    Change it to another colour | Please swap the white one for blue | Another hair colour does not suit me
    How does the warranty work? | What if it breaks in a month | How does an engine work?
    Do you ship abroad? | Can I order to Kazakhstan | Do you send children to camps?
    """.strip().splitlines()
)
